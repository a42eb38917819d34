// As much of a browser as a login needs: cookies, redirects and the forms it is shown. No scripts.
import assert from 'node:assert/strict';

export class Browser {
  #cookies = new Map();

  /** Opens an address and follows redirects until a page is shown or `leavesFor` is reached. */
  async open(address, leavesFor, init = {}) {
    let url = new URL(address);
    for (let hops = 0; hops < 10; hops++) {
      if (leavesFor && url.href.startsWith(leavesFor)) return { url };
      const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie: this.#cookieHeader() } });
      this.#keepCookies(answer);
      const html = await answer.text();
      const location = answer.headers.get('location');
      if (!location) return { url, status: answer.status, html };
      assert.ok(answer.status === 302 || answer.status === 303, `${url.pathname} redirects with ${answer.status}`);
      url = new URL(location, url);
      init = {};
    }
    throw new Error(`More than ten redirects, the last to ${url}`);
  }

  /** Fills the form that has all the given fields and submits it, as a browser would: hidden fields along. */
  async submit(page, values, leavesFor) {
    const form = formsOf(page.html).find(each => Object.keys(values).every(name => each.names.has(name)));
    assert.ok(form, `${page.url} (${page.status}) has no form with ${Object.keys(values).join(', ')}:\n${page.html}`);
    const body = new URLSearchParams([...form.fields.filter(([name]) => !(name in values)), ...Object.entries(values)]);
    return await this.open(new URL(form.action || page.url, page.url), leavesFor, { method: 'POST', body, headers: { origin: page.url.origin } });
  }

  #cookieHeader() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keepCookies(answer) {
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';');
      const name = pair.slice(0, pair.indexOf('=')).trim();
      const gone = attributes.some(each => /^\s*(max-age=0\s*$|expires=thu, 01 jan 1970)/i.test(each));
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, pair.slice(pair.indexOf('=') + 1).trim());
    }
  }
}

/** The forms of a page: where each goes, the names it has, and the fields that are sent without anybody touching them. */
export function formsOf(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, attributes, content]) => {
    const controls = [...content.matchAll(/<(input|button|select|textarea)\b([^>]*)>/gi)]
      .map(([, tag, text]) => ({ tag: tag.toLowerCase(), ...attributesOf(text) }))
      .filter(control => control.name);
    return {
      action: attributesOf(attributes).action,
      names: new Set(controls.map(control => control.name)),
      fields: controls
        .filter(control => control.tag === 'input' && !/^(submit|button|image|reset)$/i.test(control.type ?? ''))
        .filter(control => !/^(checkbox|radio)$/i.test(control.type ?? '') || 'checked' in control)
        .map(control => [control.name, control.value ?? (/^(checkbox|radio)$/i.test(control.type ?? '') ? 'on' : '')]),
    };
  });
}

function attributesOf(text) {
  const found = text.matchAll(/([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g);
  return Object.fromEntries([...found].map(([, name, double, single, bare]) => [name.toLowerCase(), decode(double ?? single ?? bare ?? '')]));
}

function decode(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (_, hex, decimal, name) =>
    name ? named[name.toLowerCase()] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)));
}
