# step: image
kubectl apply -f typo.yaml
kubectl set image pod/typo typo=my-app:1.0
