import 'reflect-metadata'
import { serveApp } from '@freshet/service'
import { featureStoreApp } from './index'

/** The feature store as a process of its own, run from source. */
void serveApp(featureStoreApp)
