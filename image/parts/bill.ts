// The bill of materials of an image, in CycloneDX 1.6.
import { Enums, Models, Serialize, SPDX, Spec } from '@cyclonedx/cyclonedx-library';
import type { Project } from '../project.ts';
import type { LocatedRuntime } from '../runtime.ts';
import type { DebianPackage } from './debian-packages.ts';
import type { NativePart } from './native-parts.ts';
import type { NpmPackage } from './npm-packages.ts';
import type { RuntimePart } from './runtime-parts.ts';

/** Everything that an image is made of besides the project's own code. */
export interface Parts {
  readonly npm: readonly NpmPackage[];
  readonly runtime: LocatedRuntime;
  readonly runtimeParts: readonly RuntimePart[];
  readonly native: readonly NativePart[];
  readonly debian: readonly DebianPackage[];
}

const { Component } = Models;
const { ComponentType } = Enums;

/**
 * JSON of the bill. The same parts make the same bytes: it has neither a time nor a serial number, which CycloneDX
 * leaves optional, and its lists are sorted.
 */
export function billOfMaterials(project: Project, parts: Parts): string {
  const npm = new Map(parts.npm.map((one) => [one.directory, npmComponent(one)]));
  for (const one of parts.npm)
    for (const need of one.needs) addDependency(npm.get(one.directory), npm.get(need));

  const image = new Component(ComponentType.Container, project.name, {
    bomRef: project.name,
    version: project.version,
    description: project.description,
    licenses: licencesOf(project.license),
  });
  const runtime = runtimeComponent(parts);
  const native = new Map(parts.native.map((one) => [one.purl, nativeComponent(one)]));
  for (const one of parts.native)
    for (const need of one.needs) addDependency(native.get(one.purl), native.get(need));
  const needed = new Set(parts.native.flatMap(({ needs }) => needs));
  const direct = [
    ...parts.npm.filter(({ isDirect }) => isDirect).map(({ directory }) => npm.get(directory)),
    ...parts.native.filter(({ purl }) => !needed.has(purl)).map(({ purl }) => native.get(purl)),
  ];
  const debian = parts.debian.map(debianComponent);
  for (const part of [...direct, runtime, ...debian]) addDependency(image, part);

  const bom = new Models.Bom({
    metadata: new Models.Metadata({
      component: image,
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.Build]),
    }),
    components: new Models.ComponentRepository([...npm.values(), runtime, ...native.values(), ...debian]),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 1 })}\n`;
}

function npmComponent({ name, version, licence, integrity }: NpmPackage): Models.Component {
  const purl = npmPurl(name, version);
  return new Component(ComponentType.Library, name, {
    bomRef: purl,
    purl,
    version,
    licenses: licencesOf(licence),
    hashes: hashesOf(integrity),
  });
}

function runtimeComponent({ runtime, runtimeParts }: Parts): Models.Component {
  const purl = npmPurl(runtime.npmPackage, runtime.version);
  const linked = runtimeParts.map(
    ({ name, version, licence }) =>
      new Component(ComponentType.Library, name, {
        bomRef: `bun/${name}`,
        licenses: licencesOf(licence),
        ...(version === undefined ? {} : { version }),
      }),
  );
  return new Component(ComponentType.Platform, 'bun', {
    bomRef: purl,
    purl,
    version: runtime.version,
    licenses: licencesOf('MIT'),
    hashes: hashesOf(runtime.integrity),
    components: new Models.ComponentRepository(linked),
  });
}

function nativeComponent({ name, version, licence, purl, sha256 }: NativePart): Models.Component {
  return new Component(ComponentType.Library, name, {
    bomRef: purl,
    purl,
    version,
    licenses: licencesOf(licence),
    ...(sha256 === undefined
      ? {}
      : { hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], sha256]]) }),
  });
}

function debianComponent(one: DebianPackage): Models.Component {
  const { name, version, architecture, distribution, licence } = one;
  const vendor = distribution.replace(/-.*/, '');
  const purl = `pkg:deb/${vendor}/${name}@${encodeURIComponent(version)}?arch=${architecture}&distro=${distribution}`;
  return new Component(ComponentType.Library, name, {
    bomRef: purl,
    purl,
    version,
    licenses: licencesOf(licence, `file:///usr/share/doc/${name}/copyright`),
  });
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is written out. */
function npmPurl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function licencesOf(licence: string | undefined, url?: string): Models.LicenseRepository {
  if (licence === undefined) return new Models.LicenseRepository();
  const more = url === undefined ? {} : { url };
  if (SPDX.isSupportedSpdxId(licence))
    return new Models.LicenseRepository([new Models.SpdxLicense(licence, more)]);
  if (/ (AND|OR|WITH) /.test(licence))
    return new Models.LicenseRepository([new Models.LicenseExpression(licence)]);
  return new Models.LicenseRepository([new Models.NamedLicense(licence, more)]);
}

/** From npm's form, `sha512-<base64>`. */
function hashesOf(integrity: string | undefined): Models.HashDictionary {
  const digest = /^sha512-(.+)$/.exec(integrity ?? '')?.[1];
  if (digest === undefined) return new Models.HashDictionary();
  const content = Buffer.from(digest, 'base64').toString('hex');
  return new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], content]]);
}

function addDependency(from: Models.Component | undefined, to: Models.Component | undefined): void {
  if (from !== undefined && to !== undefined) from.dependencies.add(to.bomRef);
}
