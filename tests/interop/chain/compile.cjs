// node compile.cjs [--check]: writes real/rig/contract/sync.hex from sync.sol beside it, or says whether it is what the compiler makes of it.
const fs = require('fs');
const path = require('path');
const solc = require('solc');

const here = (name) => path.join(__dirname, '../../../real/rig/contract', name);
const input = {
  language: 'Solidity',
  sources: {'sync.sol': {content: fs.readFileSync(here('sync.sol'), 'utf8')}},
  settings: {
    evmVersion: 'paris',
    optimizer: {enabled: true, runs: 200},
    metadata: {bytecodeHash: 'none', appendCBOR: false},
    outputSelection: {'*': {'*': ['evm.bytecode.object']}},
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const error of output.errors ?? []) console.error(error.formattedMessage);
const code = output.contracts['sync.sol'].Sync.evm.bytecode.object + '\n';
if (process.argv[2] !== '--check') {
  fs.writeFileSync(here('sync.hex'), code);
} else if (fs.readFileSync(here('sync.hex'), 'utf8') !== code) {
  console.error('sync.hex is not what the compiler makes of sync.sol: run node compile.cjs');
  process.exit(1);
} else {
  console.log(`ok: ${(code.length - 1) / 2} bytes`);
}
