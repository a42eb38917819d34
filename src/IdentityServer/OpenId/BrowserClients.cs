using IdentityServer.Applications;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace IdentityServer.OpenId;

/// <summary>
/// Lets applications that run in a browser call the endpoints made for programs, from the origins that some application registered.
/// Cookies play no part in it.
/// </summary>
internal sealed class BrowserClients(ApplicationCatalog applications) : ICorsPolicyProvider
{
    /// <summary>The policy's name.</summary>
    public const string Policy = "BrowserClients";

    private readonly CorsPolicy policy = new CorsPolicyBuilder()
        .SetIsOriginAllowed(applications.IsAllowedOrigin)
        .WithMethods(HttpMethods.Get, HttpMethods.Post)
        .WithHeaders("Authorization", "Content-Type")
        .WithExposedHeaders("WWW-Authenticate")
        .SetPreflightMaxAge(TimeSpan.FromHours(1))
        .Build();

    /// <inheritdoc/>
    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName) =>
        Task.FromResult(policyName == Policy ? policy : null);
}
