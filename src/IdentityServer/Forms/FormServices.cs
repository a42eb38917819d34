namespace IdentityServer.Forms;

/// <summary>Adds forms to the services.</summary>
public static class FormServices
{
    /// <summary>Adds the engine; the catalog is added with the others.</summary>
    public static IServiceCollection AddForms(this IServiceCollection services) => services
        .AddSingleton<SealedAnswers>()
        .AddSingleton<FormEngine>();
}
