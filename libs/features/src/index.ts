export { builtInDictionaries, builtInDictionary } from './built-in'
export { type ExampleCarriage, carryExamples } from './carry-examples'
export { type CrossScope } from './cross-features'
export { type DeclaredDictionary, dictionarySchema } from './declared-dictionary'
export { type DescribedFeature, type Description, describeItem, describeUser } from './describe'
export { type Dictionary, compileDictionary, meaningOf } from './dictionary'
export { foldCatalogItem, foldDeletedItem, foldItem } from './fold-item'
export { type Deed, foldCatalogUser, foldDeletedUser, foldForgottenUser, foldUser, isConsumed, residualOf } from './fold-user'
export { ITEM_PREFIX, actorOf, itemIdOf, itemKey, userKey } from './keys'
export { type FeatureLayout, type Field, type Part, type PartLayout } from './layout'
export { type EventMeaning, labelOf } from './meaning'
export { memoryMs } from './memory'
export { mergeUsers } from './merge-users'
export { partsOfUser } from './parts-of-user'
export { type ModelDeclaration } from './model-declaration'
export { type PersonalScope, personalIds } from './personal-ids'
export { assertReplaceable } from './replaceable'
export {
  type ItemMoment,
  type PackedParts,
  type UserMoment,
  crossPart,
  crossWriter,
  itemPart,
  packParts,
  packedExample,
  userPart,
} from './parts'
