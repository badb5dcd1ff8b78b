/**
 * The program runs as a script without a module loader of its own, which cannot import: this file, which Node itself has loaded, can.
 * @param {string} url
 * @returns {Promise<unknown>}
 */
module.exports = (url) => import(url);
