using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tenants;
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
        services.AddOptions<ServerOptions>().BindConfiguration(ServerOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PublicAddress>();

        services.AddHostedService<Startup>(); // Before everything else that starts with the host.
        services.AddData();
        services.AddCatalog<TenantCatalog>();
        services.AddCatalog<ApplicationCatalog>();
        return builder;
    }

    private static void AddCatalog<T>(this IServiceCollection services)
        where T : class, ICatalog
    {
        services.AddSingleton<T>();
        services.AddSingleton<ICatalog>(provider => provider.GetRequiredService<T>());
    }
}
