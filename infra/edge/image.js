// Viewer request of /img/*: only the addresses of public files pass, without the prefix, and nothing else of the
// request reaches the cache key. Runs in CloudFront Functions (JavaScript runtime 2.0) and under Node for its tests.
// {media key: 128 random bits}/{rev}/{width, or preview for a picture narrower than 1024}.{encoding}
var FILE =
  /^\/img(\/[0-9a-f]{32}\/[1-9][0-9]{0,8}\/(?:150|256|300|450|512|600|1000|1024|1200|1600|preview)\.(?:avif|webp|jpg))$/;

function handler(event) {
  var request = event.request;
  var match = FILE.exec(request.uri);
  if (!match) {
    return {
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: { 'cache-control': { value: 'no-store' } },
    };
  }
  request.uri = match[1];
  request.querystring = {};
  return request;
}
