/**
 * @file `npm run vsix` (after `npm run build`): bundles the extension with a language server of its own, and packs both as
 * dist/netc.vsix, or as the file given. The format is a zip with two manifests, which a few lines below write; the official
 * packer (@vscode/vsce) needs Node 22 and some hundred packages, most of them for publishing.
 */
import { build } from "esbuild";
import { zipSync, strToU8 } from "fflate";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = (name) => here(`../../../${name}`);

const bundled = async (entry, options) => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node20",
    ...options,
  });
  return outputFiles[0].contents;
};
const server = {
  format: "esm",
  // Prettier's own languages: the server formats none of them.
  external: ["./plugins/*"],
  // Commander is CommonJS, and asks for Node's own modules by `require`.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
};
const { version } = JSON.parse(readFileSync(root("package.json"), "utf8"));
const manifest = { ...JSON.parse(readFileSync(here("package.json"), "utf8")), version };

const xml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const vsixManifest = `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${manifest.name}" Version="${version}" Publisher="${manifest.publisher}"/>
    <DisplayName>${xml(manifest.displayName)}</DisplayName>
    <Description xml:space="preserve">${xml(manifest.description)}</Description>
    <Categories>${xml(manifest.categories.join(","))}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${xml(manifest.engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/readme.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
const types = { json: "application/json", cjs: "application/javascript", mjs: "application/javascript" };
const contentTypes = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
${Object.entries({ ...types, md: "text/markdown", txt: "text/plain", vsixmanifest: "text/xml" })
  .map(([ending, type]) => `  <Default Extension=".${ending}" ContentType="${type}"/>`)
  .join("\n")}
</Types>
`;
const files = {
  "extension.vsixmanifest": strToU8(vsixManifest),
  "[Content_Types].xml": strToU8(contentTypes),
  "extension/package.json": strToU8(JSON.stringify(manifest, undefined, 2)),
  "extension/extension.cjs": await bundled(here("extension.ts"), { format: "cjs", external: ["vscode"] }),
  "extension/server/netc.mjs": await bundled(root("dist/package/cli.js"), server),
  "extension/net.tmLanguage.json": readFileSync(root("grammar/net.tmLanguage.json")),
  "extension/language-configuration.json": readFileSync(here("language-configuration.json")),
  "extension/snippets.json": readFileSync(here("snippets.json")),
  "extension/readme.md": readFileSync(here("README.md")),
  "extension/LICENSE.txt": readFileSync(root("LICENSE")),
};
// The same bytes every time.
const vsix = zipSync(files, { level: 9, mtime: "2020-01-01T00:00:00" });
const path = process.argv[2] ?? root("dist/netc.vsix");
writeFileSync(path, vsix);
console.log(`${path}  ${(vsix.length / 1024).toFixed(0)} kB`);
