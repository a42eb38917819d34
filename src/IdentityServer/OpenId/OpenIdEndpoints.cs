using IdentityServer.Interactions;
using IdentityServer.Steps;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>The doors of this room.</summary>
internal static class OpenIdEndpoints
{
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] GetAndPost = [HttpMethods.Get, HttpMethods.Post];

    /// <summary>Adds what the endpoints consist of.</summary>
    public static IServiceCollection AddOpenId(this IServiceCollection services)
    {
        services.AddSingleton<SealedInteraction>();
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<RefreshRedemption>();
        services.AddSingleton<RefreshTokenFamilies>();
        services.AddSingleton<DirectTokens>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<SpentAssertions>();
        services.AddSingleton<Pruning>();
        services.AddHostedService(provider => provider.GetRequiredService<Pruning>());

        services.AddSingleton<FailureBrake>();
        services.AddSingleton<ClientAuthentication>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<AuthorizationCodeGrant>();
        services.AddSingleton<RefreshTokenGrant>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<UserInfoEndpoint>();
        services.AddSingleton<IntrospectionEndpoint>();
        services.AddSingleton<RevocationEndpoint>();
        services.AddSingleton<DiscoveryEndpoints>();

        services.AddSingleton<BrowserTrust>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<LoginStep>();
        services.AddSingleton<LinkStep>();
        services.AddSingleton<PasskeyPrompt>();
        services.AddSingleton<PasskeyStep>();
        services.AddSingleton<SecondFactorStep>();
        services.AddSingleton<SetUpFactorStep>();
        services.AddSingleton<RegistrationBrake>();
        services.AddSingleton<AddressProofStep>();
        services.AddSingleton<RegisterStep>();
        services.AddSingleton<CompleteStep>();
        services.AddSingleton<KeepAccountStep>();
        services.AddSingleton<ChangePasswordStep>();
        services.AddSingleton<VerifyEmailStep>();
        services.AddSingleton<SelectAccountStep>();
        services.AddSingleton<BrowserAccounts>();
        services.AddSingleton<ProtocolErrorPage>();
        services.AddSingleton<AuthorizeReply>();
        services.AddSingleton<AuthorizeFlow>();
        services.AddSingleton<AuthorizeEndpoint>();
        services.AddSingleton<LogoutEndpoint>();
        return services;
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapOpenId(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Paths.OpenIdConfiguration, GetAndHead, (HttpContext http, DiscoveryEndpoints discovery) => discovery.Metadata(http))
            .RequireCors(BrowserClients.Policy);
        routes.MapMethods(Paths.AuthorizationServerMetadata, GetAndHead, (HttpContext http, DiscoveryEndpoints discovery) => discovery.Metadata(http))
            .RequireCors(BrowserClients.Policy);
        routes.MapMethods(Paths.Jwks, GetAndHead, (HttpContext http, DiscoveryEndpoints discovery) => discovery.Jwks(http))
            .RequireCors(BrowserClients.Policy);

        routes.MapMethods(Paths.Authorize, GetAndPost, (HttpContext http, AuthorizeEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, false, cancellation));
        routes.MapMethods(Paths.Register, GetAndPost, (HttpContext http, AuthorizeEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, true, cancellation));
        routes.MapMethods(Paths.Logout, GetAndPost, (HttpContext http, LogoutEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation));

        routes.MapPost(Paths.Token, (HttpContext http, TokenEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation))
            .RequireCors(BrowserClients.Policy);
        routes.MapMethods(Paths.UserInfo, GetAndPost, (HttpContext http, UserInfoEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation))
            .RequireCors(BrowserClients.Policy);
        routes.MapPost(Paths.Introspect, (HttpContext http, IntrospectionEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation));
        routes.MapPost(Paths.Revoke, (HttpContext http, RevocationEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation))
            .RequireCors(BrowserClients.Policy);
    }
}
