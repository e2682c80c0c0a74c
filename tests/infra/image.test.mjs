import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const source = fs.readFileSync(new URL('../../infra/edge/image.js', import.meta.url), 'utf8');
const edge = vm.createContext({});
vm.runInContext(source, edge);

const KEY = '0123456789abcdef0123456789abcdef';

function answer(uri, querystring = {}) {
  return edge.handler({ request: { method: 'GET', uri, querystring, headers: {} } });
}

// `LUMENSTOCK_FILES` is the closed set as the product knows it, so that the two cannot drift apart.
const files = JSON.parse(process.env.LUMENSTOCK_FILES);
for (const file of files) {
  test(`the file ${file} is asked for without the prefix`, () => {
    assert.equal(answer(`/img/${KEY}/1/${file}`).uri, `/${KEY}/1/${file}`);
  });
}

test('no other width and no other encoding passes', () => {
  for (let width = 1; width <= 2000; width += 1) {
    for (const ending of ['avif', 'webp', 'jpg', 'jpeg', 'png', 'heic']) {
      const found = answer(`/img/${KEY}/1/${width}.${ending}`).statusCode !== 404;
      assert.equal(found, files.includes(`${width}.${ending}`));
    }
  }
});

test('a query never reaches the cache or the bucket', () => {
  const request = answer(`/img/${KEY}/12/300.webp`, { 'response-content-type': { value: 'text/html' } });
  assert.deepEqual(Object.keys(request.querystring), []);
});

const closed = {
  'the bare bucket path': `/${KEY}/1/300.webp`,
  'the root': '/',
  'a width that is never made': `/img/${KEY}/1/4000.webp`,
  'a format that is never made': `/img/${KEY}/1/300.png`,
  'a key that is too short': '/img/0123/1/300.webp',
  'a key in upper case': `/img/${KEY.toUpperCase()}/1/300.webp`,
  'revision zero': `/img/${KEY}/0/300.webp`,
  'a way up': `/img/../${KEY}/1/300.webp`,
  'an encoded way up': `/img/%2e%2e/${KEY}/1/300.webp`,
  'a second line': `/img/${KEY}/1/300.webp\n`,
  'something after the name': `/img/${KEY}/1/300.webp/x`,
};
for (const [what, uri] of Object.entries(closed)) {
  test(`${what} is not found`, () => {
    const response = answer(uri);
    assert.equal(response.statusCode, 404);
    assert.equal(response.headers['cache-control'].value, 'no-store');
  });
}
