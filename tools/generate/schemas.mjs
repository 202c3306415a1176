// Writes the published JSON Schemas of freshet.yaml and of feature dictionaries, from the code that checks them.
// usage: npm run schemas
import fs from 'node:fs'
import { dictionarySchema } from '@freshet/features'
import { configJsonSchema } from '@freshet/service'
import prettier from 'prettier'

await write('libs/service/freshet.schema.json', configJsonSchema())
await write('libs/features/dictionary.schema.json', dictionarySchema())

async function write(file, schema) {
  const options = (await prettier.resolveConfig(file)) ?? {}
  fs.writeFileSync(file, await prettier.format(JSON.stringify(schema), { ...options, parser: 'json' }))
}
