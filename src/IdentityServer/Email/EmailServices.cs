using IdentityServer.Quotas;
using IdentityServer.Themes;
using Microsoft.Extensions.Options;

namespace IdentityServer.Email;

/// <summary>Adds mail to the services.</summary>
internal static class EmailServices
{
    /// <summary>Adds what makes, limits, keeps and sends mails.</summary>
    public static IServiceCollection AddEmail(this IServiceCollection services)
    {
        services.AddSingleton<QuotaCounter>();
        services.AddSingleton<MailLimits>();
        services.AddSingleton<MailSignal>();
        services.AddSingleton<SealedMails>();
        services.AddSingleton(provider => new MailAvailability(
            provider.GetRequiredService<IOptions<ServerOptions>>(),
            provider.GetService<IMailTransport>(),
            provider.GetService<DevMailbox>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new Mailer(
            provider.GetRequiredService<MailAvailability>(),
            provider.GetRequiredService<SealedMails>(),
            provider.GetRequiredService<MailSignal>(),
            provider.GetRequiredService<ThemeCatalog>(),
            provider.GetRequiredService<PublicAddress>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Outbox>();
        services.AddSingleton<OutboxSender>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxSender>());
        return services;
    }
}
