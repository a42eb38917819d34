namespace IdentityServer.Factors;

/// <summary>What pages say about codes.</summary>
public static class FactorFindings
{
    /// <summary>The field of the code.</summary>
    public const string Code = "code";

    /// <summary>The code is wrong, spent or too old.</summary>
    public static FieldErrors Wrong() => new FieldErrors().Add(Code, "invalidFactor", "This code is wrong, or was used already.");

    /// <summary>No code was typed.</summary>
    public static FieldErrors Blank() => new FieldErrors().Add(Code, "blank", "Enter the code.");

    /// <summary>What was begun took too long, or a credential changed meanwhile.</summary>
    public static FieldErrors Stale() => new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again.");
}
