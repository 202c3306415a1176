import { runProgram } from './program'

void runProgram(process.argv.slice(2), process).then((code) => process.stdout.write('', () => process.exit(code)))
