using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace IdentityServer.Themes;

/// <summary>A file that pages load: style, script, picture or font, held in memory.</summary>
internal sealed record ThemeAsset(byte[] Content, string ContentType, string Hash)
{
    // Only what a page needs; a file of any other kind is not served.
    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".woff2"] = "font/woff2",
    };

    public static ThemeAsset? Read(string file)
    {
        if (!ContentTypes.TryGetValue(Path.GetExtension(file), out var contentType))
            return null;
        var content = File.ReadAllBytes(file);
        return new ThemeAsset(content, contentType, Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
    }
}

/// <summary>Serves <c>/theme/{name}/{file}</c> from memory. Names are looked up, never joined to a path.</summary>
public static class ThemeAssets
{
    /// <summary>Maps the assets of all themes.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/theme/{name}/{file}", [HttpMethods.Get, HttpMethods.Head], (string name, string file, string? v, ThemeCatalog catalog, HttpContext http) =>
        {
            var theme = catalog.Find(name);
            if (theme.Name != name || !theme.Files.Assets.TryGetValue(file, out var asset))
                return Results.NotFound();

            var headers = http.Response.Headers;
            headers.CacheControl = v == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
            headers.XContentTypeOptions = "nosniff";
            // A picture opened by itself is a document; it gets no script either.
            headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return Results.Bytes(asset.Content, asset.ContentType, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\""));
        }).ExcludeFromDescription();
    }

    internal static string Url(Theme theme, string file) => theme.Files.Assets.TryGetValue(file, out var asset)
        ? $"/theme/{theme.Name}/{file}?v={asset.Hash}"
        : throw new KeyNotFoundException($"There is no asset '{file}'.");
}
