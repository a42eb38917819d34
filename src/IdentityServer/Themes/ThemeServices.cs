namespace IdentityServer.Themes;

/// <summary>Adds the themes to the services.</summary>
public static class ThemeServices
{
    /// <summary>Adds the themes under <paramref name="root"/>; in development, edited files show at the next request.</summary>
    public static IServiceCollection AddThemes(this IServiceCollection services, string root) => services
        .AddAntiforgery(options =>
        {
            // Lax: people arrive from applications on other sites. A strict cookie would stay behind on that way, be
            // replaced by a new one, and so break the forms that wait in other tabs.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.Cookie.Name = "antiforgery";
            // Pages set this header themselves, more strictly.
            options.SuppressXFrameOptionsHeader = true;
        })
        .AddSingleton(provider => new ThemeCatalog(
            root,
            provider.GetRequiredService<IHostEnvironment>().IsDevelopment(),
            provider.GetRequiredService<ILogger<ThemeCatalog>>()));
}
