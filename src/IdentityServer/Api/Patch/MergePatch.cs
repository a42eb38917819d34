using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>RFC 7396: objects merge, null removes, everything else replaces.</summary>
internal static class MergePatch
{
    /// <summary>RFC 7396 §2, for a document and a patch that are objects.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject inner:
                    var existing = target[name] as JsonObject;
                    if (existing is null)
                    {
                        target[name] = existing = [];
                    }

                    Apply(existing, inner);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }

        return target;
    }
}
