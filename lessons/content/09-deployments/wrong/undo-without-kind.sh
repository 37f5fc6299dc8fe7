# step: undo
kubectl rollout undo hello-world
