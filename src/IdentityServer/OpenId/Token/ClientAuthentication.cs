using System.Text;
using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>The client that a request comes from.</summary>
/// <param name="Application">The client.</param>
/// <param name="Proven">Whether it authenticated in this request; a public client only says who it is (RFC 6749 §2.1).</param>
internal readonly record struct RequestingClient(Application Application, bool Proven);

/// <summary>
/// Finds out which client a request comes from and whether it proves it, the one way that it registered (RFC 6749 §2.3, OpenID
/// Connect Core §9). An unknown client and a wrong secret look alike.
/// </summary>
internal sealed class ClientAuthentication(
    ApplicationCatalog applications,
    ClientKeys clientKeys,
    SpentAssertions assertions,
    PublicAddress address,
    FailureBrake brake,
    TimeProvider clock,
    ILogger<ClientAuthentication> log)
{
    /// <summary>The client, authenticated, or, for a public one, named.</summary>
    /// <param name="http">The request.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="provesByCode">Whether the request redeems a code with a <c>code_verifier</c>, which is proof enough for some.</param>
    /// <param name="cancellation">Cancels the look at what was used before.</param>
    public async Task<OAuthResult<RequestingClient>> AuthenticateAsync(
        HttpContext http, RequestParameters parameters, bool provesByCode, CancellationToken cancellation)
    {
        if (PresentedCredentials.Parse(http.Request.Headers.Authorization, parameters).Failed(out var error, out var credentials))
        {
            return error;
        }

        var remote = http.Connection.RemoteIpAddress;
        if (brake.Refuses(remote, credentials.ClientId))
        {
            log.ClientThrottled(remote);
            return TooManyFailures;
        }

        if (applications.Find(credentials.ClientId) is not { Active: true } application)
        {
            brake.Count(remote, credentials.ClientId);
            log.UnknownClient(remote);
            return OAuthError.InvalidClient;
        }

        if (await CheckAsync(application, credentials, provesByCode, cancellation) is { } refusal)
        {
            brake.Count(remote, credentials.ClientId);
            log.ClientRefused(application.Id, remote, refusal.Detail);
            return refusal;
        }

        return new RequestingClient(application, credentials.Method is not ClientAuthenticationMethods.None);
    }

    private async Task<OAuthError?> CheckAsync(
        Application application, PresentedCredentials credentials, bool provesByCode, CancellationToken cancellation) =>
        !MayUse(application, credentials.Method, provesByCode) ? OAuthError.InvalidClient.Because($"may not use {credentials.Method}")
        : credentials.Method switch
        {
            ClientAuthenticationMethods.None => null,
            ClientAuthenticationMethods.PrivateKeyJwt => await CheckAssertionAsync(application, credentials, cancellation),
            _ => application.IsSecret(credentials.Secret!) ? null : OAuthError.InvalidClient.Because("wrong secret"),
        };

    // A registered method is the only one. Otherwise the admin's policy decides, and a secret may come either way (RFC 6749 §2.3.1).
    private static bool MayUse(Application application, string method, bool provesByCode)
    {
        if (application.Settings.ClientMetadata.TokenEndpointAuthMethod is { } registered)
        {
            return method == registered;
        }

        return method switch
        {
            ClientAuthenticationMethods.Basic or ClientAuthenticationMethods.Post => true,
            ClientAuthenticationMethods.None => application.Settings.OauthConfiguration.ClientAuthenticationPolicy switch
            {
                ClientAuthenticationPolicy.NotRequired => true,
                ClientAuthenticationPolicy.NotRequiredWhenUsingPKCE => provesByCode,
                _ => false,
            },
            _ => false,
        };
    }

    private async Task<OAuthError?> CheckAssertionAsync(Application application, PresentedCredentials credentials, CancellationToken cancellation)
    {
        var verified = Verify(application, credentials.Assertion!, await clientKeys.GetAsync(application));
        if (verified.Failed(out _, out _) && await clientKeys.RefreshAsync(application) is { } newer)
        {
            verified = Verify(application, credentials.Assertion!, newer);
        }

        if (verified.Failed(out var error, out var assertion))
        {
            return error;
        }

        // RFC 7523 §3: the same assertion is not accepted twice, at whichever endpoint and node.
        return await assertions.SpendAsync(Encoding.UTF8.GetBytes($"{application.Id}\n{assertion.JwtId}"), assertion.ExpiresAt, cancellation)
            ? null
            : OAuthError.InvalidClient.Because("the assertion was used before");
    }

    private OAuthResult<ClientAssertion> Verify(Application application, string assertion, JsonWebKeySet keys)
    {
        var algorithms = application.Settings.ClientMetadata.TokenEndpointAuthSigningAlg is { } registered ? [registered] : JwsAlgorithm.Names;
        return ClientAssertion.Verify(assertion, keys, algorithms, application.ClientId, address.Value, clock.GetUtcNow());
    }

    private static readonly OAuthError TooManyFailures = new(
        Errors.TemporarilyUnavailable, "too_many_failures", "Client authentication failed too often. Try again in a minute.", 429);
}
