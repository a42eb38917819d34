using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace IdentityServer.Protocol;

/// <summary>How a client says who it is (RFC 6749 §2.3, RFC 7523 §2.2, OpenID Connect Core §9). Nothing is proven yet.</summary>
/// <param name="Method">One of <see cref="ClientAuthenticationMethods"/>.</param>
/// <param name="ClientId">Who it claims to be.</param>
/// <param name="Secret">With client_secret_basic and client_secret_post.</param>
/// <param name="Assertion">With private_key_jwt: to be verified by <see cref="ClientAssertion"/>.</param>
public sealed record PresentedCredentials(string Method, string ClientId, string? Secret = null, string? Assertion = null)
{
    private const string BasicScheme = "Basic ";

    // Once decoded; what is longer does not fit and is refused.
    private const int MaxBasicLength = 4096;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static OAuthResult<PresentedCredentials> Parse(string? authorizationHeader, RequestParameters parameters)
    {
        var clientId = parameters[Parameters.ClientId];
        var secret = parameters[Parameters.ClientSecret];
        var assertion = parameters[Parameters.ClientAssertion];
        var assertionType = parameters[Parameters.ClientAssertionType];
        var hasHeader = !string.IsNullOrEmpty(authorizationHeader);
        var hasAssertion = assertion is not null || assertionType is not null;

        // RFC 6749 §2.3: the client must not use more than one authentication method in a request.
        if ((hasHeader ? 1 : 0) + (secret is null ? 0 : 1) + (hasAssertion ? 1 : 0) > 1)
            return OAuthError.SeveralClientAuthentications;
        if (hasHeader)
            return ParseBasic(authorizationHeader!, clientId);
        if (hasAssertion)
            return ParseAssertion(assertion, assertionType, clientId);
        if (clientId is null)
            return OAuthError.ClientAuthenticationMissing;

        return secret is null
            ? new PresentedCredentials(ClientAuthenticationMethods.None, clientId)
            : new PresentedCredentials(ClientAuthenticationMethods.Post, clientId, secret);
    }

    /// <summary>For logs, so without secret and assertion.</summary>
    public override string ToString() => $"{ClientId} by {Method}";

    // RFC 6749 §2.3.1: both parts are form-encoded, then joined with a colon and base64-encoded (RFC 7617).
    private static OAuthResult<PresentedCredentials> ParseBasic(string header, string? clientId)
    {
        if (!header.StartsWith(BasicScheme, StringComparison.OrdinalIgnoreCase))
            return OAuthError.InvalidClientAuthenticationScheme;
        if (!TryDecodeBasic(header.AsSpan(BasicScheme.Length).Trim(' '), out var name, out var secret))
            return OAuthError.InvalidClient.Because("malformed Basic credentials");

        return clientId is not null && clientId != name
            ? OAuthError.ClientIdMismatch
            : new PresentedCredentials(ClientAuthenticationMethods.Basic, name, secret);
    }

    // RFC 7521 §4.2, RFC 7523 §2.2. client_id is optional, for the assertion's subject names the client.
    private static OAuthResult<PresentedCredentials> ParseAssertion(string? assertion, string? type, string? clientId)
    {
        if (assertion is null)
            return OAuthError.Missing(Parameters.ClientAssertion);
        if (type is null)
            return OAuthError.Missing(Parameters.ClientAssertionType);
        if (type != ClientAssertionTypes.JwtBearer)
            return OAuthError.InvalidClient.Because("unknown client_assertion_type");

        if (JsonWebToken.Parse(assertion).Failed(out var error, out var token))
            return OAuthError.InvalidClient.Because(error.Detail ?? error.Reason);
        if (token.GetString(Claims.Subject) is not { Length: > 0 } subject)
            return OAuthError.InvalidClient.Because("the client assertion has no subject");

        return clientId is not null && clientId != subject
            ? OAuthError.ClientIdMismatch
            : new PresentedCredentials(ClientAuthenticationMethods.PrivateKeyJwt, subject, Assertion: assertion);
    }

    private static bool TryDecodeBasic(ReadOnlySpan<char> encoded, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? secret)
    {
        name = secret = null;
        Span<byte> bytes = stackalloc byte[MaxBasicLength];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var length))
            return false;

        bytes = bytes[..length];
        var colon = bytes.IndexOf((byte)':');
        return colon > 0 && TryDecodeForm(bytes[..colon], out name) && TryDecodeForm(bytes[(colon + 1)..], out secret);
    }

    // application/x-www-form-urlencoded, in place: a plus is a space, and %XX a byte of UTF-8.
    private static bool TryDecodeForm(Span<byte> value, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var written = 0;
        for (var read = 0; read < value.Length; read++)
        {
            var next = value[read];
            if (next == '%')
            {
                if (read + 2 >= value.Length || Convert.FromHexString(value.Slice(read + 1, 2), value[written..], out _, out _) != OperationStatus.Done)
                    return false;
                read += 2;
            }
            else
                value[written] = next == '+' ? (byte)' ' : next;
            written++;
        }

        try
        {
            text = StrictUtf8.GetString(value[..written]);
            return !text.Contains('\0', StringComparison.Ordinal);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
