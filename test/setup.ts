/** Refuses to test on a Node that no cloud runs: the pinned `node` package must be first on the PATH. */
const major = Number(process.versions.node.split('.')[0]);
if (major < 22)
  throw new Error(`tests need Node 22 or later, this is ${process.versions.node}: run them by npm test`);
