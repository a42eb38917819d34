using IdentityServer.Applications;
using IdentityServer.Keys;
using IdentityServer.Protocol;
using IdentityServer.Themes;
using Microsoft.Extensions.Primitives;

namespace IdentityServer.OpenId;

/// <summary>Discovery (OpenID Connect Discovery §4, RFC 8414 §3) and the key set: ready bytes, cached by clients and proxies.</summary>
internal sealed class DiscoveryEndpoints(SigningKeyRing keys, ApplicationCatalog applications, PublicAddress address, ThemeCatalog themes)
{
    private const string Caching = "public, max-age=300, must-revalidate";

    private ReadyDocument? metadata;

    /// <summary>Answers with the metadata.</summary>
    public Task Metadata(HttpContext http) => WriteAsync(http, metadata ??= new ReadyDocument(Document().ToUtf8Bytes()));

    /// <summary>Answers with the key set.</summary>
    public Task Jwks(HttpContext http) => WriteAsync(http, keys.Document);

    private DiscoveryDocument Document() => new()
    {
        Issuer = address.Value,
        AuthorizationEndpoint = address.Url(Paths.Authorize),
        TokenEndpoint = address.Url(Paths.Token),
        JwksUri = address.Url(Paths.Jwks),
        UserInfoEndpoint = address.Url(Paths.UserInfo),
        EndSessionEndpoint = address.Url(Paths.Logout),
        IntrospectionEndpoint = address.Url(Paths.Introspect),
        RevocationEndpoint = address.Url(Paths.Revoke),
        ScopesSupported = Scopes.Standard,
        GrantTypesSupported = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials],
        TokenEndpointAuthMethodsSupported =
        [
            ClientAuthenticationMethods.Basic, ClientAuthenticationMethods.Post, ClientAuthenticationMethods.PrivateKeyJwt,
            ClientAuthenticationMethods.None,
        ],
        IdTokenSigningAlgValuesSupported = [.. SigningKeyRing.Algorithms.Select(algorithm => algorithm.Name)],
        AcrValuesSupported = Sessions.Acr.All,
        UiLocalesSupported = themes.Find(null).Languages,
    };

    private async Task WriteAsync(HttpContext http, ReadyDocument document)
    {
        var response = http.Response;
        response.Headers.ETag = document.ETag;
        response.Headers.CacheControl = Caching;
        response.Headers.XContentTypeOptions = "nosniff";
        if (!applications.IsAllowedOrigin(http.Request.Headers.Origin.ToString()))
        {
            response.Headers.Vary = "Origin"; // CORS says so itself only to those that it lets in; a cache must hear it from the others too.
        }

        if (IsKnown(http.Request.Headers.IfNoneMatch, document.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json";
        response.ContentLength = document.Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(document.Bytes, http.RequestAborted);
        }
    }

    // RFC 9110 §13.1.2, compared weakly: a proxy that compressed the answer may have weakened the tag.
    private static bool IsKnown(StringValues presented, string tag) =>
        presented.Any(value => value is not null && (value.Trim() == "*" || value.Contains(tag, StringComparison.Ordinal)));
}
