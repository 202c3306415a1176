import { serveApp } from '@freshet/service'
import { rankerApp } from './index'

void serveApp(rankerApp)
