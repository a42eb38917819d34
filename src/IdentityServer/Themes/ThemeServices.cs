namespace IdentityServer.Themes;

/// <summary>Adds the themes to the services.</summary>
public static class ThemeServices
{
    /// <summary>Adds the themes under <paramref name="root"/>; in development, edited files show at the next request.</summary>
    public static IServiceCollection AddThemes(this IServiceCollection services, string root) => services
        .AddAntiforgery()
        .AddSingleton(provider => new ThemeCatalog(
            root,
            provider.GetRequiredService<IHostEnvironment>().IsDevelopment(),
            provider.GetRequiredService<ILogger<ThemeCatalog>>()));
}
