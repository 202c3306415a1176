import 'reflect-metadata'
import { serveApp } from '@freshet/service'
import { trainerApp } from './index'

void serveApp(trainerApp)
