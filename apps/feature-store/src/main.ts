import 'reflect-metadata'
import { serveApp } from '@freshet/service'
import { featureStoreApp } from './index'

void serveApp(featureStoreApp)
