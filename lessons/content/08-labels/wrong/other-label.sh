# step: adopt
kubectl label pod stranger app=helo --overwrite
