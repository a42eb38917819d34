using IdentityServer.Users;
using Microsoft.AspNetCore.Antiforgery;

namespace IdentityServer.Sessions;

/// <summary>Registers the services of this room, the anti-forgery token among them.</summary>
internal static class SessionServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<BrowserSessions>();
        services.AddSingleton<UserSessions>();
        services.AddSingleton<BrowserSignIn>();
        services.AddSingleton<IUserAccess>(provider => provider.GetRequiredService<BrowserSessions>());
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<LinkCookie>();
        services.AddSingleton<HalfSignInCookie>();
        services.AddSingleton<BrowserCookie>();
        services.AddSingleton<PostGuard>();
        services.AddSingleton<IAntiforgeryAdditionalDataProvider, SessionBinding>();
        services.AddAntiforgery();
        services.AddOptions<AntiforgeryOptions>().Configure<PublicAddress>((options, address) =>
        {
            options.FormFieldName = "__csrf";
            options.HeaderName = null;
            options.SuppressXFrameOptionsHeader = true; // Pages set stricter headers themselves.
            options.Cookie = new TokenCookie(address)
            {
                Name = address.IsSecure ? "__Host-csrf" : "csrf",
                HttpOnly = true,
                SameSite = SameSiteMode.Lax, // Strict would be lost on the way back from an application, and with it the token of the page.
                Path = "/",
                IsEssential = true,
                SecurePolicy = CookieSecurePolicy.None,
            };
        });
        return services;
    }

    // The framework's own "Secure" setting refuses requests that reach this process without TLS, as all do behind a proxy that
    // ends it. Whether the cookie is for TLS only follows from the public address.
    private sealed class TokenCookie(PublicAddress address) : CookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            var options = base.Build(context, expiresFrom);
            options.Secure = address.IsSecure;
            return options;
        }
    }
}
