/** `npm run config:schema`: writes the example configuration and its JSON schema from the schemas in `src/config/`. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, requireNode, root } from './setup.mjs';

requireNode();
install();
if (!build()) process.exit(70);

const { configExample, configJsonSchema } = await import(pathToFileURL(join(root, 'dist/config/index.js')).href);
writeFileSync(join(root, 'config/config.example.yaml'), configExample());
writeFileSync(join(root, 'config/config.schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
