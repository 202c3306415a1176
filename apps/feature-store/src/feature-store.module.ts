import { Module } from '@nestjs/common'
import { FeatureStoreController } from './feature-store.controller'
import { FeatureStoreFolds } from './feature-store.service'

/** The remembering stage: events in the log become features of users and items, and labelled examples. */
@Module({ providers: [FeatureStoreFolds], controllers: [FeatureStoreController] })
export class FeatureStoreModule {}
