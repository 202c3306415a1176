import nx from '@nx/eslint-plugin'
import path from 'node:path'
import tseslint from 'typescript-eslint'
import { packageFolders, readJson } from './tools/generate/packages.mjs'

/** Who may lean on whom: a row for each kind of package (the `type:` tag of its project.json). */
const ARROWS = {
  kernel: ['kernel'],
  contract: ['kernel'],
  testing: ['kernel', 'contract', 'math', 'port'],
  math: ['kernel', 'math', 'testing'],
  port: ['kernel', 'contract', 'port', 'testing'],
  domain: ['kernel', 'contract', 'math', 'port', 'domain', 'testing'],
  adapter: ['kernel', 'contract', 'math', 'port', 'adapter', 'testing'],
  platform: ['kernel', 'contract', 'math', 'port', 'domain', 'adapter', 'testing'],
  app: ['kernel', 'contract', 'math', 'port', 'domain', 'adapter', 'platform', 'testing'],
  composition: ['kernel', 'contract', 'math', 'port', 'domain', 'adapter', 'platform', 'app', 'testing'],
  e2e: ['kernel', 'contract', 'math', 'port', 'domain', 'adapter', 'platform', 'app', 'composition', 'testing'],
  tool: ['*'],
}

/** A stage imports itself and what all stages share; stages meet through the log and the contracts. */
const STAGES = ['shared', 'observe', 'remember', 'learn', 'move', 'answer']

/** Frameworks, transports, engines and runtimes belong to adapters, the platform and the apps. */
const PURE = ['kernel', 'math', 'port', 'domain']
const FRAMEWORKS = [
  '@nestjs/*',
  '@grpc/*',
  'grpc-health-check',
  'kafkajs',
  'ioredis',
  'lmdb',
  'onnxruntime-*',
  'usearch',
  'express',
  'pino',
  'rxjs',
]
const SERVICES = {
  name: '@freshet/contracts/services',
  message: 'Pure code knows messages; services and their transport belong to the apps.',
}

const tagged = (prefix, names) => names.map((name) => (name === '*' ? '*' : `${prefix}:${name}`))
const bans = (type) => (PURE.includes(type) ? { bannedExternalImports: FRAMEWORKS } : {})

const depConstraints = [
  ...Object.entries(ARROWS).map(([type, names]) => ({
    sourceTag: `type:${type}`,
    onlyDependOnLibsWithTags: tagged('type', names),
    ...bans(type),
  })),
  ...STAGES.map((stage) => ({ sourceTag: `stage:${stage}`, onlyDependOnLibsWithTags: tagged('stage', ['shared', stage]) })),
  { sourceTag: 'stage:all', onlyDependOnLibsWithTags: ['*'] },
]

/** The sources of every package of one of these types. */
const sourcesOf = (types) =>
  packageFolders(import.meta.dirname)
    .filter((folder) =>
      readJson(path.join(import.meta.dirname, folder, 'project.json')).tags.some((tag) => types.includes(tag.replace('type:', ''))),
    )
    .map((folder) => `${folder}/src/**/*.ts`)

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints, enforceBuildableLibDependency: false }],
      '@typescript-eslint/consistent-type-definitions': 'off', // a row of functions reads better as a type
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }], // a listener that has nothing to do
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }], // Nest modules
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      '@typescript-eslint/prefer-for-of': 'off', // hot loops count
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/*.{spec,fixture}.ts'], // these belong to no package's tsconfig; `npm run typecheck` reads them
    extends: tseslint.configs.strictTypeCheckedOnly,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'off', // Promise.all of what may already be there
      '@typescript-eslint/no-confusing-void-expression': 'off', // `return fold(…)` ends a branch, whatever it returns
      '@typescript-eslint/no-meaningless-void-operator': 'off', // `() => void (x = y)` says that nothing is returned
      '@typescript-eslint/no-unnecessary-condition': 'off', // an array's element may be absent, whatever its type says
      '@typescript-eslint/no-unsafe-enum-comparison': 'off', // a message may carry an enum's number that we do not know
      '@typescript-eslint/no-useless-default-assignment': 'off', // likewise
      '@typescript-eslint/no-misused-promises': ['error', { checksConditionals: false }], // likewise
      '@typescript-eslint/no-unnecessary-type-parameters': 'off', // a typed door into what is untyped
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // Nest declares its options as classes
      '@typescript-eslint/no-dynamic-delete': 'off', // protobuf maps are objects
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }], // passing on what was caught
      '@typescript-eslint/require-await': 'off', // a port's verb is async even where an adapter needs no wait
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowArray: true }],
      '@typescript-eslint/unbound-method': 'off', // our objects are mostly closures
    },
  },
  { files: sourcesOf(PURE), rules: { 'no-restricted-imports': ['error', { paths: [SERVICES] }] } },
  { files: ['apps/**/*.ts', 'tools/**/*.ts'], rules: { 'no-console': 'off' } }, // they speak to a terminal
)
