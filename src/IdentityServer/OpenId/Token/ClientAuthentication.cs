using System.Text;
using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>
/// Finds out which client a request comes from and whether it proves it, the one way that it registered (RFC 6749 §2.3, OpenID
/// Connect Core §9). An unknown client and a wrong secret look alike.
/// </summary>
internal sealed class ClientAuthentication(
    ApplicationCatalog applications, ClientKeys clientKeys, SpentAssertions assertions, PublicAddress address, FailureBrake brake, TimeProvider clock)
{
    /// <summary>The client, authenticated, or, for a public one, named.</summary>
    public async Task<OAuthResult<Application>> AuthenticateAsync(HttpContext http, RequestParameters parameters, CancellationToken cancellation)
    {
        if (PresentedCredentials.Parse(http.Request.Headers.Authorization, parameters).Failed(out var error, out var credentials))
        {
            return error;
        }

        if (brake.Refuses(http, credentials.ClientId))
        {
            return TooManyFailures;
        }

        if (applications.Find(credentials.ClientId) is not { Active: true } application)
        {
            brake.Count(http, credentials.ClientId);
            return OAuthError.InvalidClient.Because("unknown client");
        }

        if (await CheckAsync(application, credentials, parameters, cancellation) is { } refusal)
        {
            brake.Count(http, credentials.ClientId);
            return refusal;
        }

        return application;
    }

    private async Task<OAuthError?> CheckAsync(
        Application application, PresentedCredentials credentials, RequestParameters parameters, CancellationToken cancellation) =>
        !MayUse(application, credentials.Method, parameters) ? OAuthError.InvalidClient.Because($"may not use {credentials.Method}")
        : credentials.Method switch
        {
            ClientAuthenticationMethods.None => null,
            ClientAuthenticationMethods.PrivateKeyJwt => await CheckAssertionAsync(application, credentials, cancellation),
            _ => application.IsSecret(credentials.Secret!) ? null : OAuthError.InvalidClient.Because("wrong secret"),
        };

    // A registered method is the only one. Otherwise the admin's policy decides, and a secret may come either way (RFC 6749 §2.3.1).
    private static bool MayUse(Application application, string method, RequestParameters parameters)
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
                ClientAuthenticationPolicy.NotRequiredWhenUsingPKCE => parameters.Has(Parameters.CodeVerifier),
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
