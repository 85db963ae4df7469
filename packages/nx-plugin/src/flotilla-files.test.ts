import { defaultFilePaths } from '@flotilla/core';
import { filePathsOf, flotillaFiles, projectRootOf } from './flotilla-files';

test('the files are those of the command line, in the same order', () => {
  expect(filePathsOf('.')).toEqual(defaultFilePaths);
  expect(filePathsOf('apps/shop')).toEqual(defaultFilePaths.map((path) => `apps/shop/${path}`));
  expect(flotillaFiles).toBe(`**/{${defaultFilePaths.join(',')}}`);
});

test.each([
  ['flotilla.yaml', '.'],
  ['.release/application_template.yaml', '.'],
  ['apps/shop/flotilla.yaml', 'apps/shop'],
  ['apps/shop/.release/application_template.yaml', 'apps/shop'],
])('%s belongs to the project in %s', (file, root) => {
  expect(projectRootOf(file)).toBe(root);
});
