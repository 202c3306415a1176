import 'reflect-metadata'
import { serveApp } from '@freshet/service'
import { ingestApp } from './index'

void serveApp(ingestApp)
