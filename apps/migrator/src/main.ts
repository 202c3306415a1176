import { serveApp } from '@freshet/service'
import { migratorApp } from './index'

void serveApp(migratorApp)
