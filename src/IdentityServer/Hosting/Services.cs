using IdentityServer.Api;
using IdentityServer.ApiKeys;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Forms;
using IdentityServer.Groups;
using IdentityServer.Keys;
using IdentityServer.OpenId;
using IdentityServer.Outgoing;
using IdentityServer.Tenants;
using IdentityServer.Themes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>Puts the rooms together. Decides nothing.</summary>
public static class Services
{
    /// <summary>Adds the whole server; configuration is read from the section <see cref="ServerOptions.Section"/>.</summary>
    public static WebApplicationBuilder AddIdentityServer(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ServerOptions>().ValidateOnStart();
        services.AddSingleton<IConfigureOptions<ServerOptions>, SettingsBinding>();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PublicAddress>();

        services.AddHostedService<Startup>(); // Before everything else that starts with the host.
        services.AddData();
        services.AddCatalog<TenantCatalog>();
        services.AddCatalog<SigningKeyRing>();
        services.AddSingleton<ManagedKeyStore>();
        services.AddCatalog<ApplicationCatalog>();
        services.AddCatalog<FormCatalog>();
        services.AddForms();
        services.AddHostedService<SigningKeyRotation>();
        services.AddExceptionHandler<Faults>();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ServerOptions>>(TrustedProxies.Configure);
        AddThemes(builder);
        services.AddCors();
        services.AddSingleton<ICorsPolicyProvider, BrowserClients>();
        services.AddOpenId();
        services.AddEmail();
        if (builder.Environment.IsDevelopment())
        {
            services.AddSingleton<DevMailbox>();
        }

        services.AddPeople();
        services.AddCatalog<ApiKeyCatalog>();
        services.AddSingleton<ApplicationStore>();
        services.AddSingleton<OutgoingHttp>();
        services.AddSingleton<ClientKeys>();
        services.AddCatalog<GroupCatalog>();
        services.AddSingleton<GroupStore>();
        services.AddSingleton<Members>();
        services.AddApi();
        Readiness.Add(services);
        services.AddHostedService<FirstAdministrator>(); // Looks once the kickstart, which may bring one, is through.
        return builder;
    }

    // Configured, or beside the source where the server is started from there, or as installed.
    private static void AddThemes(WebApplicationBuilder builder)
    {
        if (builder.Configuration[$"{ServerOptions.Section}:{nameof(ServerOptions.ThemesDirectory)}"] is { Length: > 0 } configured)
        {
            builder.Services.AddThemes(configured);
            return;
        }

        var beside = Path.Combine(builder.Environment.ContentRootPath, "themes");
        var shipped = Directory.Exists(Path.Combine(beside, "default")) ? beside : Path.Combine(AppContext.BaseDirectory, "themes");
        builder.Services.AddThemes(shipped, isShipped: true);
    }

    private static void AddCatalog<T>(this IServiceCollection services)
        where T : class, ICatalog
    {
        services.AddSingleton<T>();
        services.AddSingleton<ICatalog>(provider => provider.GetRequiredService<T>());
    }
}
