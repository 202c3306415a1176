import { FeatureStoreService } from '@freshet/contracts/services'
import type { App } from '@freshet/service'
import { FeatureStoreModule } from './feature-store.module'

/** The feature store, for its own process and for the all-in-one. */
export const featureStoreApp: App = {
  name: 'feature-store',
  section: 'featureStore',
  module: FeatureStoreModule,
  services: [FeatureStoreService],
}
