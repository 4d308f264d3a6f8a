// For `static-helpers/urlTemplate.js` of each client: the part of RFC 6570 that its operations use, `{name}` and `{?a,b}`.

/** Answers the template with its variables filled in; a query leaves out those that are not given. */
export function expandUrlTemplate(template, variables) {
  return template.replace(/\{(\??)([^{}]+)\}/g, (_, operator, names) => {
    if (operator === '') return encode(variables[names]);
    const given = names.split(',').filter((name) => variables[name] !== undefined);
    const pairs = given.map((name) => `${name}=${encode(variables[name])}`);
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  });
}

function encode(value) {
  const encoded = encodeURIComponent(value);
  return encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
