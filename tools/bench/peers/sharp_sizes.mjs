// Resizes a photo to some widths as WebP by sharp, one thread, and prints CPU seconds a round.
// node sharp_sizes.mjs PHOTO FOLDER each|pyramid ROUNDS QUALITY EFFORT WIDTH …
import sharp from 'sharp';

const [photo, folder, way, rounds, quality, effort, ...widths] = process.argv.slice(2);
sharp.concurrency(1);
sharp.cache(false);

const save = (image, width) =>
  image.webp({ quality: Number(quality), effort: Number(effort) }).toFile(`${folder}/${width}.webp`);

const ways = {
  // As sharp's documentation shows it: a pipeline for each size.
  async each() {
    for (const width of widths) await save(sharp(photo).rotate().resize({ width: Number(width) }), width);
  },
  // By hand: one decode, each size from the next larger one.
  async pyramid() {
    let source = sharp(photo).rotate();
    for (const width of widths) {
      const { data, info } = await source.resize({ width: Number(width) }).raw().toBuffer({ resolveWithObject: true });
      const raw = { width: info.width, height: info.height, channels: info.channels };
      await save(sharp(data, { raw }), width);
      source = sharp(data, { raw });
    }
  },
};

await ways[way](); // starts everything up
const before = process.cpuUsage();
for (let round = 0; round < rounds; round += 1) await ways[way]();
const spent = process.cpuUsage(before);
console.log((spent.user + spent.system) / 1e6 / rounds);
