# step: history
kubectl rollout undo deployment/web --to-revision=3
