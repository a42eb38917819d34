namespace IdentityServer.Steps;

/// <summary>What every page of a request posts.</summary>
internal static class AuthorizeStep
{
    /// <summary>The field by which a page says which step it is.</summary>
    public const string Field = "step";
}
