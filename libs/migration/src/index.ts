export type { MovableTrainer, MoveProgress, TrainerStanding } from './movable-trainer'
export { moveTrainer, type MoveOptions } from './move'
