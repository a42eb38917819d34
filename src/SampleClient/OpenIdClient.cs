using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace SampleClient;

/// <summary>What this client needs of the discovery document (OpenID Connect Discovery §3).</summary>
internal sealed record ProviderMetadata(
    string Issuer,
    string AuthorizationEndpoint,
    string TokenEndpoint,
    string UserinfoEndpoint,
    string JwksUri,
    string? EndSessionEndpoint = null,
    bool AuthorizationResponseIssParameterSupported = false);

/// <summary>The answer of the token endpoint (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).</summary>
internal sealed record TokenResponse(
    string AccessToken, string TokenType, long? ExpiresIn = null, string? RefreshToken = null, string? IdToken = null, string? Scope = null);

/// <summary>
/// The protocol: everything that is said to the provider, and what is checked in its answers. It knows nothing of pages,
/// cookies and sessions.
/// </summary>
internal sealed class OpenIdClient(HttpClient http, SampleClientOptions options)
{
    // snake_case members; a required member that is missing or null makes the answer unreadable.
    private static readonly JsonSerializerOptions Wire = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
    };

    private ProviderMetadata? _metadata;
    private IReadOnlyList<JsonElement> _keys = [];

    /// <summary>The provider's discovery document, fetched when it is first needed and kept.</summary>
    public async Task<ProviderMetadata> DiscoverAsync(CancellationToken cancellation)
    {
        if (_metadata is { } known)
            return known;
        using var response = await http.GetAsync(options.Authority.TrimEnd('/') + "/.well-known/openid-configuration", cancellation);
        var metadata = await ReadAsync<ProviderMetadata>(response, cancellation);

        // OpenID Connect Discovery §4.3: otherwise one provider could pass for another.
        if (metadata.Issuer != options.Authority)
            throw Unusable($"The provider at {options.Authority} calls itself {metadata.Issuer}. The two must be identical.");
        return _metadata = metadata;
    }

    /// <summary>Where to send the browser (OpenID Connect Core §3.1.2.1, RFC 7636 §4.3).</summary>
    /// <param name="attempt">The login that is about to start.</param>
    /// <param name="register">Whether to enter through the provider's registration page; the request is the same.</param>
    /// <param name="idTokenHint">Who is expected to be signed in, for a silent attempt.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<string> AuthorizeUrlAsync(LoginAttempt attempt, bool register, string? idTokenHint, CancellationToken cancellation)
    {
        var endpoint = (await DiscoverAsync(cancellation)).AuthorizationEndpoint;
        // Discovery has no name for a registration page. This provider's is beside the authorization endpoint.
        if (register)
            endpoint = endpoint[..(endpoint.LastIndexOf('/') + 1)] + "register";
        return QueryHelpers.AddQueryString(endpoint, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = options.ClientId,
            ["redirect_uri"] = options.RedirectUri,
            ["scope"] = options.Scope,
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = attempt.CodeChallenge,
            ["code_challenge_method"] = "S256",
            ["prompt"] = attempt.Silent ? "none" : null,
            ["id_token_hint"] = idTokenHint,
        });
    }

    /// <summary>Checks the answer that the browser brought, and trades its code for tokens and a verified user.</summary>
    public async Task<SignedInUser> CompleteAsync(IQueryCollection answer, LoginAttempt attempt, CancellationToken cancellation)
    {
        var metadata = await DiscoverAsync(cancellation);

        // RFC 9207 §2.4: an answer names its issuer, so that one provider's answer is never taken to another.
        string? issuer = answer["iss"];
        if (issuer is null ? metadata.AuthorizationResponseIssParameterSupported : issuer != metadata.Issuer)
            throw new LoginRefusedException("The answer came from somewhere else",
                $"The answer names {issuer ?? "nobody"} as its issuer; {metadata.Issuer} was asked. Nothing was changed; please start again.");

        if (answer["error"] is [{ Length: > 0 } error])
            throw ProviderRefused(error, answer["error_description"]);
        if (answer["code"] is not [{ Length: > 0 } code])
            throw new LoginRefusedException("The answer is not complete", "The provider sent neither a code nor an error.");

        var tokens = await RequestTokensAsync(new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = options.RedirectUri,
            ["code_verifier"] = attempt.CodeVerifier,
        }, cancellation);

        var idToken = tokens.IdToken ?? throw Unusable("The provider sent no ID token, although the scope openid was asked for.");
        var claims = await ValidateAsync(idToken, tokens.AccessToken, attempt.Nonce, nonceRequired: true, cancellation);
        var subject = claims.GetProperty("sub").GetString()!;
        if (attempt.Subject is not null && attempt.Subject != subject)
            throw new LoginRefusedException("Somebody else is signed in", "The provider answered for another user than the one signed in here.");
        return new(tokens, ExpiryOf(tokens), claims, await UserInfoAsync(tokens.AccessToken, subject, cancellation), attempt.Nonce);
    }

    /// <summary>Gets new tokens with the refresh token (RFC 6749 §6, OpenID Connect Core §12).</summary>
    public async Task<SignedInUser> RefreshAsync(SignedInUser user, string refreshToken, CancellationToken cancellation)
    {
        var tokens = await RequestTokensAsync(
            new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, cancellation);
        var claims = user.Claims;
        if (tokens.IdToken is { } idToken)
        {
            claims = await ValidateAsync(idToken, tokens.AccessToken, user.Nonce, nonceRequired: false, cancellation);
            // OpenID Connect Core §12.2: the user stays the same.
            if (claims.GetProperty("sub").GetString() != user.Subject)
                throw new LoginRefusedException("The ID token was refused", "The provider refreshed the tokens of another user.");
        }

        // A provider that rotates sends a new refresh token, and the old one is spent; one that does not leaves it out.
        tokens = tokens with { RefreshToken = tokens.RefreshToken ?? refreshToken, IdToken = tokens.IdToken ?? user.Tokens.IdToken };
        return user with { Tokens = tokens, ExpiresAt = ExpiryOf(tokens), Claims = claims };
    }

    /// <summary>Asks for the user's claims (OpenID Connect Core §5.3).</summary>
    public async Task<JsonElement> UserInfoAsync(string accessToken, string subject, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, (await DiscoverAsync(cancellation)).UserinfoEndpoint);
        request.Headers.Authorization = new("Bearer", accessToken);
        using var response = await http.SendAsync(request, cancellation);
        // RFC 6750 §3: the reason is in the header.
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            throw ProviderRefused("invalid_token", "The access token has expired or was revoked: " + response.Headers.WwwAuthenticate);
        var claims = await ReadAsync<JsonElement>(response, cancellation);

        // §5.3.2: the claims of anybody but the subject of the ID token must not be used.
        if (claims.ValueKind != JsonValueKind.Object || !claims.TryGetProperty("sub", out var sub)
            || sub.ValueKind != JsonValueKind.String || sub.GetString() != subject)
            throw new LoginRefusedException("The claims were refused", "The userinfo endpoint answered for another user.");
        return claims;
    }

    /// <summary>Where to send the browser to end the session at the provider as well (OpenID Connect RP-Initiated Logout §2).</summary>
    public async Task<string> LogoutUrlAsync(string? idToken, string state, CancellationToken cancellation) =>
        (await DiscoverAsync(cancellation)).EndSessionEndpoint is not { } endpoint
            ? QueryHelpers.AddQueryString(options.PostLogoutRedirectUri, "state", state)
            : QueryHelpers.AddQueryString(endpoint, new Dictionary<string, string?>
            {
                ["id_token_hint"] = idToken,
                ["client_id"] = options.ClientId,
                ["post_logout_redirect_uri"] = options.PostLogoutRedirectUri,
                ["state"] = state,
            });

    private async Task<TokenResponse> RequestTokensAsync(Dictionary<string, string> form, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, (await DiscoverAsync(cancellation)).TokenEndpoint);
        if (options.ClientSecret is { } secret)
        {
            // RFC 6749 §2.3.1: both halves are form-encoded before they are joined, for they may contain a colon.
            var credentials = $"{WebUtility.UrlEncode(options.ClientId)}:{WebUtility.UrlEncode(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        }
        else
        {
            form["client_id"] = options.ClientId;
        }

        request.Content = new FormUrlEncodedContent(form);
        using var response = await http.SendAsync(request, cancellation);
        var tokens = await ReadAsync<TokenResponse>(response, cancellation);
        return tokens.TokenType.Equals("Bearer", StringComparison.OrdinalIgnoreCase) // RFC 6749 §5.1: in any case
            ? tokens
            : throw Unusable($"The provider sent a token of the unknown type {tokens.TokenType}.");
    }

    private async Task<JsonElement> ValidateAsync(
        string idToken, string accessToken, string nonce, bool nonceRequired, CancellationToken cancellation)
    {
        var metadata = await DiscoverAsync(cancellation);
        // Keys rotate: one that is not known yet is looked up once more (OpenID Connect Core §10.1.1).
        var keyId = IdTokenValidator.KeyId(idToken);
        if (!_keys.Any(key => keyId is null || (key.TryGetProperty("kid", out var kid) && kid.ValueEquals(keyId))))
        {
            using var response = await http.GetAsync(metadata.JwksUri, cancellation);
            _keys = (await ReadAsync<KeySet>(response, cancellation)).Keys;
        }

        return IdTokenValidator.Validate(
            idToken, _keys, new(metadata.Issuer, options.ClientId, nonce, nonceRequired, accessToken, DateTimeOffset.UtcNow));
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
    {
        var address = response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path);
        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            if (response.IsSuccessStatusCode)
                return JsonSerializer.Deserialize<T>(body, Wire) ?? throw new JsonException();
            var error = JsonSerializer.Deserialize<ErrorResponse>(body, Wire) ?? throw new JsonException();
            throw ProviderRefused(error.Error, error.ErrorDescription);
        }
        catch (JsonException)
        {
            throw Unusable($"{address} answered {(int)response.StatusCode} with something that this client cannot read.");
        }
    }

    private static DateTimeOffset? ExpiryOf(TokenResponse tokens) =>
        tokens.ExpiresIn is >= 0 and < int.MaxValue and var seconds ? DateTimeOffset.UtcNow.AddSeconds(seconds) : null;

    private static LoginRefusedException ProviderRefused(string error, string? description) =>
        new("The provider said no", description ?? "It gave no further reason.") { ErrorCode = error };

    private static LoginRefusedException Unusable(string detail) =>
        new("The provider cannot be used", detail, StatusCodes.Status502BadGateway);

    private sealed record KeySet(List<JsonElement> Keys);

    private sealed record ErrorResponse(string Error, string? ErrorDescription = null);
}
