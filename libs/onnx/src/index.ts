export { graphHash } from './graph-hash'
export { onnxBytes } from './onnx-bytes'
export { runtimePins, type RuntimePins } from './pins'
export { compileOnnx, type OnnxOptions } from './runtime'
