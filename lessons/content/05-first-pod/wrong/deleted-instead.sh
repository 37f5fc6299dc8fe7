# step: watched
kubectl delete pod my-awesome-app --wait=false
clock until quiet
