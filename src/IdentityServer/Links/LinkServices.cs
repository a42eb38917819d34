using IdentityServer.Data;

namespace IdentityServer.Links;

/// <summary>Registers the services of this room.</summary>
internal static class LinkServices
{
    /// <summary>Adds the services of this room; purposes are added by whoever sends such links.</summary>
    public static IServiceCollection AddLinks(this IServiceCollection services) => services
        .AddSingleton<IExpiring, ExpiredLinks>()
        .AddSingleton<LinkStore>()
        .AddSingleton<LinkPurposes>()
        .AddSingleton<LinkConfirmation>()
        .AddSingleton<WaitingRoom>();
}
