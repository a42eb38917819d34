namespace IdentityServer.Themes;

/// <summary>Adds the themes to the services.</summary>
public static class ThemeServices
{
    /// <summary>
    /// Adds the themes under <paramref name="root"/>; in development, edited files show at the next request. One that came with the
    /// server (<paramref name="isShipped"/>) is not checked at each start.
    /// </summary>
    public static IServiceCollection AddThemes(this IServiceCollection services, string root, bool isShipped = false) => services
        .AddAntiforgery()
        .AddSingleton(provider => new ThemeCatalog(
            root,
            provider.GetRequiredService<IHostEnvironment>().IsDevelopment(),
            isShipped,
            provider.GetRequiredService<ILogger<ThemeCatalog>>()));
}
