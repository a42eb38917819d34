using IdentityServer.Links;
using IdentityServer.Users;

namespace IdentityServer.Recovery;

/// <summary>Registers the services of this room.</summary>
internal static class RecoveryServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddRecovery(this IServiceCollection services)
    {
        services.AddSingleton<PasswordReset>();
        services.AddSingleton<DirectPasswordChange>();
        services.AddSingleton<AddressVerification>();
        services.AddSingleton<DirectVerification>();
        services.AddSingleton<EmailChange>();
        services.AddSingleton<RegistrationProof>();
        services.AddSingleton<ILinkPurpose, RegistrationLinks>();
        foreach (var purpose in (LinkPurpose[])[LinkPurpose.ChangePassword, LinkPurpose.Invitation])
        {
            services.AddSingleton<ILinkPurpose>(provider => new PasswordLinks(purpose, provider.GetRequiredService<PasswordReset>()));
        }

        foreach (var purpose in (LinkPurpose[])[LinkPurpose.VerifyEmail, LinkPurpose.VerifyRegistration])
        {
            services.AddSingleton<ILinkPurpose>(provider => new VerificationLinks(purpose, provider.GetRequiredService<AddressVerification>()));
        }

        foreach (var purpose in (LinkPurpose[])[LinkPurpose.ChangeEmail, LinkPurpose.UndoChangeEmail])
        {
            services.AddSingleton<ILinkPurpose>(provider => new EmailChangeLinks(purpose, provider.GetRequiredService<EmailChange>()));
        }

        return services;
    }
}
