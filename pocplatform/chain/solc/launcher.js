'use strict'
// A stand-in for the native solc, good for what py-solc-x, ape and forge ask of it: `--version`, and
// `--standard-json` from standard input (`-` included) or a file. The compiler is npm's `solc`, the
// same code compiled to WebAssembly: the bytecode is the same to the byte.
//
// Standard input is read as a stream: on a pipe, reading it synchronously fails with EAGAIN.
const fs = require('fs')
const path = require('path')

// Commits of releases: answering --version from here saves loading 9 MB of compiler, which
// py-solc-x would otherwise make us do twice for each compilation.
const KNOWN_COMMITS = { '0.8.29': 'ab55807c', '0.8.30': '73712a01' }

// Below this many characters (a few contracts with what they import), V8's optimizing compiler takes
// longer than it saves: without it, a small contract is compiled in half the time.
const SMALL = 500000

// Milliseconds that a process waits for something to compile.
const PATIENCE = 600000

const WARM_UP = {
  language: 'Solidity',
  sources: {
    'WarmUp.sol': {
      content: `
interface IOne { function one(uint256 number) external returns (bool); }
abstract contract Base is IOne {
  event Told(address indexed who, string what);
  error Refused(address who, uint256 number);
  mapping(address => uint256) internal _numbers;
  modifier known() { require(msg.sender != address(0), "unknown"); _; }
  function one(uint256 number) public virtual known returns (bool) {
    unchecked { _numbers[msg.sender] += number; }
    return true;
  }
}
contract WarmUp is Base {
  struct Pair { uint8 small; bytes data; }
  string private _text;
  uint256[] public list;
  constructor(string memory text) { _text = text; }
  function one(uint256 number) public override returns (bool) { return super.one(number); }
  /// @notice Two.
  function two(Pair calldata pair, uint256[] calldata more) external returns (string memory) {
    for (uint256 i; i < more.length; i++) { if (more[i] > 3) list.push(more[i]); }
    if (pair.small == 0) revert Refused(msg.sender, pair.data.length);
    emit Told(msg.sender, _text);
    return string.concat(_text, "!");
  }
}`
    }
  },
  settings: {
    optimizer: { enabled: true, runs: 200 },
    outputSelection: {
      '*': { '*': ['abi', 'devdoc', 'userdoc', 'metadata', 'storageLayout', 'evm'], '': ['ast'] }
    }
  }
}

function fail (message) {
  process.stderr.write(`Error: ${message}\n`)
  process.exit(1)
}

function findSolcPackage () {
  const wanted = process.env.POC_NODE_MODULES
  const roots = wanted ? [wanted] : []
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    roots.push(path.join(folder, 'node_modules'))
    if (folder === path.dirname(folder)) break
  }
  for (const root of roots) {
    const candidate = path.join(root, process.env.POC_SOLC_PACKAGE || 'solc')
    if (fs.existsSync(path.join(candidate, 'package.json'))) return candidate
  }
  return fail('the npm part "solc" is missing; run `npm ci` in the project folder')
}

function parse (argv) {
  const options = { standardJson: false, version: false, closed: false, basePath: process.cwd(), include: [], allow: [], file: null, waitFor: null }
  for (let i = 0; i < argv.length; i++) {
    let flag = argv[i]
    let inline = null
    const equals = flag.indexOf('=')
    if (flag.startsWith('--') && equals > 0) {
      inline = flag.slice(equals + 1)
      flag = flag.slice(0, equals)
    }
    const value = () => (inline !== null ? inline : argv[++i])
    if (flag === '--version') options.version = true
    else if (flag === '--standard-json') options.standardJson = true
    else if (flag === '--no-import-callback') options.closed = true
    else if (flag === '--wait-for') options.waitFor = path.resolve(value())
    else if (flag === '--base-path') options.basePath = path.resolve(value())
    else if (flag === '--include-path') options.include.push(path.resolve(value()))
    else if (flag === '--allow-paths') options.allow.push(...value().split(',').filter(Boolean).map(p => path.resolve(p)))
    else if (flag === '-') options.file = null
    else if (flag.startsWith('-')) fail(`unrecognised option '${flag}'`)
    else options.file = flag
  }
  return options
}

function printVersion (pkg) {
  const version = JSON.parse(fs.readFileSync(path.join(pkg, 'package.json'), 'utf8')).version
  const commit = KNOWN_COMMITS[version]
  const full = commit ? `${version}+commit.${commit}.Emscripten.clang` : require(pkg).version()
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${full}\n`)
}

// Reads only below the base path, the include paths and the allowed paths, as native solc does; and
// npm's parts also where the base path has none: ape compiles in a copy of the project without them.
function importer (options, npmParts) {
  const roots = [options.basePath, ...options.include]
  const real = p => { try { return fs.realpathSync(p) } catch { return p } }
  const allowed = [...roots, ...options.allow].map(real)
  const inside = file => allowed.some(root => file === root || file.startsWith(root.endsWith(path.sep) ? root : root + path.sep))
  return name => {
    for (const root of roots) {
      const file = path.resolve(root, name)
      if (!fs.existsSync(file)) continue
      if (!inside(real(file))) return { error: `File outside of allowed directories: ${name}` }
      return { contents: fs.readFileSync(file, 'utf8') }
    }
    if (path.posix.normalize(name).startsWith('node_modules/')) {
      const file = path.resolve(path.dirname(npmParts), name)
      if (fs.existsSync(file)) return { contents: fs.readFileSync(file, 'utf8') }
    }
    return { error: `File not found: ${name}` }
  }
}

// The compiler's own memory, of WebAssembly: 1 GiB at most.
function limitMemory () {
  require('v8').setFlagsFromString('--wasm-max-mem-pages=16384')
}

function readAll (stream, done) {
  const chunks = []
  stream.on('data', chunk => chunks.push(chunk))
  stream.on('end', () => done(Buffer.concat(chunks).toString('utf8')))
  stream.on('error', error => fail(error.message))
}

// A process that waits has loaded the compiler already. It begins when something comes over standard
// input, and ends when that ends, as it does when the gateway has ended, or when nobody comes.
//
// V8 turns a function of the compiler into machine code when it is first called, which takes as long
// as compiling a token does. So something of our own is compiled first, that needs most of them.
function waitThenCompile (compiler, file) {
  compiler.compile(JSON.stringify(WARM_UP))
  const nobody = setTimeout(() => process.exit(0), PATIENCE)
  process.stdin.once('end', () => process.exit(0))
  process.stdin.once('data', () => {
    clearTimeout(nobody)
    process.stdin.destroy()
    process.stdout.write(compiler.compile(fs.readFileSync(file, 'utf8')))
  })
}

const options = parse(process.argv.slice(2))
const pkg = findSolcPackage()
if (options.version) {
  printVersion(pkg)
} else if (options.waitFor) {
  limitMemory()
  require('v8').setFlagsFromString('--liftoff-only')
  waitThenCompile(require(pkg), options.waitFor)
} else if (options.standardJson) {
  readAll(options.file ? fs.createReadStream(options.file) : process.stdin, input => {
    if (input.length < SMALL) require('v8').setFlagsFromString('--liftoff-only')
    if (options.closed) {
      limitMemory() // strangers' sources: what they import is in the input
      process.stdout.write(require(pkg).compile(input))
    } else {
      process.stdout.write(require(pkg).compile(input, { import: importer(options, path.dirname(pkg)) }))
    }
  })
} else {
  fail('this launcher answers --version and --standard-json only')
}
